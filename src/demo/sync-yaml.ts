/** What the local Customer.io accepts by default. */
export const demoAccount = { siteId: 'site', apiKey: 'key' };

/** A sync file for the demo's warehouse, and the model of one for a newcomer's own. */
export function demoSyncYaml(endpoint: string, state = 'state.json'): string {
  return `source:
  warehouse:
    type: duckdb
    path: warehouse.duckdb
destination:
  site_id: ${demoAccount.siteId}
  api_key: ${demoAccount.apiKey}
  endpoint: ${endpoint}
state: ${state}
`;
}

export const nextSteps = `
On your own data: write sync.yaml (\${NAME} takes an environment variable)

  source:
    warehouse: { type: duckdb, path: warehouse.duckdb }   # or a folder of parquet files
  destination:
    site_id: \${CUSTOMER_IO_SITE_ID}
    api_key: \${CUSTOMER_IO_API_KEY}
    region: us                                            # or eu
  state: state.json

and run

  bin/nexus-customer-io sync --config sync.yaml

To try it without Customer.io: bin/nexus-customer-io simulate --port 8040
and, under destination:, endpoint: http://127.0.0.1:8040, site_id: site, api_key: key, with a state of its own
`;
