/** What the API offers. The number in the paths changes when an old client would no longer understand. */
export const PATHS = {
  status: "/api/v1/status",
  events: "/api/v1/events",
  test: "/api/v1/test",
  failback: "/api/v1/failback",
  use: "/api/v1/use",
  session: "/api/v1/session",
  password: "/api/v1/password",
  tokens: "/api/v1/tokens",
  health: "/healthz",
  openapi: "/api/openapi.json",
} as const;
