/** The identify macro's parameters, under the names that the specification gives them. */
export interface IdentifyDefinition {
  readonly from: 'identify';
  readonly entity_type?: string | undefined;
  readonly user_id_column?: string | undefined;
  readonly anonymous_id_column?: string | null | undefined;
  readonly dedupe_column?: string | undefined;
  readonly ignore_traits?: readonly string[] | undefined;
  readonly rename_traits?: Readonly<Record<string, string>> | undefined;
  readonly filters?: readonly string[] | undefined;
}

/** Where the rows of a stream come from: one entry of `persons`, `events`, `objects` or `relationships`. */
export type ModelDefinition =
  | IdentifyDefinition
  | { readonly from: 'model'; readonly name: string }
  | { readonly from: 'relation'; readonly name: string }
  | { readonly from: 'sql'; readonly sql: string };
