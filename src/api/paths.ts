/** What the API offers. The number in the paths changes when an old client would no longer understand. */
export const PATHS = {
  status: "/api/v1/status",
  events: "/api/v1/events",
  test: "/api/v1/test",
  failback: "/api/v1/failback",
  use: "/api/v1/use",
  health: "/healthz",
  openapi: "/api/openapi.json",
} as const;
