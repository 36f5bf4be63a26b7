import type { SourceConfig } from '../../../source/config.ts';

export type SnowflakeConfig = Extract<SourceConfig['warehouse'], { readonly type: 'snowflake' }>;
