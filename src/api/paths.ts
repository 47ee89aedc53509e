/** What the API offers. The number in the paths changes when an old client would no longer understand. */
export const PATHS = {
  status: "/api/v1/status",
  events: "/api/v1/events",
  test: "/api/v1/test",
  failback: "/api/v1/failback",
  use: "/api/v1/use",
  config: "/api/v1/config",
  configConfirm: "/api/v1/config/confirm",
  configRevert: "/api/v1/config/revert",
  configSchema: "/api/v1/config/schema",
  doctor: "/api/v1/doctor",
  scriptsDryRun: "/api/v1/scripts/dry-run",
  session: "/api/v1/session",
  password: "/api/v1/password",
  tokens: "/api/v1/tokens",
  health: "/healthz",
  openapi: "/api/openapi.json",
} as const;
