import type { SourceConfig } from '../../config.ts';

export type SnowflakeConfig = Extract<SourceConfig['warehouse'], { readonly type: 'snowflake' }>;
