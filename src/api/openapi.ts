import * as z from "zod";
import { problem } from "./contract.ts";
import { EVENTS } from "./event-schema.ts";
import type { Route } from "./route.ts";

/** The description of the API in OpenAPI 3.1, out of the schemas that requests are checked with. */
export const openApi = (routes: readonly Route[], version: string): object => ({
  openapi: "3.1.0",
  info: { title: "wan-failover", version, license: { name: "MIT", identifier: "MIT" } },
  security: [{ token: [] }, { session: [] }],
  paths: Object.fromEntries(groupByPath(routes)),
  components: {
    securitySchemes: {
      token: { type: "http", scheme: "bearer" },
      session: { type: "apiKey", in: "cookie", name: "wan-failover" },
    },
    schemas: {
      problem: jsonSchema(problem, "output"),
      ...Object.fromEntries(
        Object.entries(EVENTS).map(([name, schema]) => [`${name}Event`, jsonSchema(schema, "output")]),
      ),
    },
  },
});

const groupByPath = (routes: readonly Route[]): Map<string, Record<string, object>> => {
  const paths = new Map<string, Record<string, object>>();
  for (const route of routes) {
    paths.set(route.path, { ...paths.get(route.path), [route.method.toLowerCase()]: operation(route) });
  }
  return paths;
};

const operation = (route: Route): object => ({
  summary: route.summary,
  ...(route.access === "none" ? { security: [] } : { description: `Needs the scope \`${route.access}\`.` }),
  ...(route.query === undefined ? {} : { parameters: parameters(route.query) }),
  ...(route.body === undefined ? {} : { requestBody: { content: json(jsonSchema(route.body, "input")) } }),
  responses: { 200: { description: "Done.", content: answerContent(route) }, default: PROBLEM },
});

const parameters = (query: z.ZodType): object[] => {
  const { properties = {}, required = [] } = jsonSchema(query, "input");
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema,
  }));
};

const answerContent = ({ answer, otherAnswers = [] }: Route): object => ({
  ...(typeof answer === "string" ? { [answer]: {} } : json(jsonSchema(answer, "output"))),
  ...Object.fromEntries(otherAnswers.map((type) => [type, {}])),
});

const json = (schema: object): object => ({ "application/json": { schema } });

const jsonSchema = (schema: z.ZodType, io: "input" | "output") => {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
};

const PROBLEM = {
  description: "Why it is not done (RFC 9457).",
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/problem" } } },
};
