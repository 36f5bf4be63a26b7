/** nexus' own prefixes; any other type is known by its first three letters. */
const PREFIXES: Readonly<Record<string, string>> = {
  event: 'evt',
  person: 'per',
  group: 'grp',
  membership: 'mem',
  relationship: 'rel',
  state: 'st',
  entity_state: 'es',
  person_identifier: 'per_idfr',
  group_identifier: 'grp_idfr',
  entity_identifier: 'ent_idfr',
  person_trait: 'per_tr',
  group_trait: 'grp_tr',
  entity_trait: 'ent_tr',
  relationship_declaration: 'rel_decl',
  person_edge: 'per_edg',
  group_edge: 'grp_edg',
  entity_edge: 'ent_edg',
  person_participant: 'per_prt',
  group_participant: 'grp_prt',
  nexus: 'nx',
  touchpoint: 'tch',
  touchpoint_path: 'tch_path',
  touchpoint_path_batch: 'tch_batch',
  attribution_model_result: 'attr_res',
  attribution_deduplication_key: 'att_dedup',
  event_measurement: 'evt_msr',
  event_dimension: 'evt_dim',
  anomaly: 'anom',
  computed_trait: 'ct',
  scope: 'scp',
  auth_identity: 'auth',
};

// What dbt_utils writes for NULL: the hashes of nexus tables depend on it.
const NULL_KEY = '_dbt_utils_surrogate_key_null_';

/** The SQL of `nexus.create_nexus_id`: columns are SQL expressions, hashed as dbt_utils' surrogate key is. */
export function nexusId(type: string, columns: readonly string[]): string {
  const prefix = Object.hasOwn(PREFIXES, type) ? PREFIXES[type] : type.slice(0, 3);
  return `'${(prefix ?? '').replaceAll("'", "''")}_' || ${surrogateKey(columns)}`;
}

/** The SQL of `dbt_utils.generate_surrogate_key`, from version 1.0 on. */
export function surrogateKey(columns: readonly string[]): string {
  const parts = columns.map((column) => `coalesce(cast(${column} as varchar), '${NULL_KEY}')`);
  return `md5(${parts.join(" || '-' || ")})`;
}
