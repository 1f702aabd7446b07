/** Text of `registry/tool-registry.yaml` with limits that nothing here reaches. */
const NONE = "{rate_limits: [{name: requests, limit: 1000000, per: minute, scope: credential}]}";
export const UNLIMITED_REGISTRY = `capabilities:
  tracking:
    tools:
      jira: ${NONE}
      linear: ${NONE}
      notion: ${NONE}
      github: ${NONE}
`;
