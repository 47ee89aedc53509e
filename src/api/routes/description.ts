import { PATHS } from "../paths.ts";
import { success } from "../reply.ts";
import { type Route, route } from "../route.ts";

/** What the API says of itself. The description is made when it is asked for: hardly anybody does. */
export const DESCRIPTION_ROUTES: readonly Route[] = [
  route({
    method: "GET",
    path: PATHS.openapi,
    access: "none",
    summary: "This description, in OpenAPI 3.1.",
    answer: "application/json",
    handle: async ({ version }) => {
      const [{ openApi }, { ROUTES }] = await Promise.all([import("../openapi.ts"), import("../routes.ts")]);
      return success(openApi(ROUTES, version));
    },
  }),
];
