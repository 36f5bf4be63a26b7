import type { Gaps } from '../cases/gaps.ts';

/** Cases that fakesnow 0.12.1 cannot pass, and why; docs/snowflake.md says what they were checked against instead. */
export const fakesnowGaps: Gaps = {
  'prints timestamps inside objects with milliseconds': 'it leaves them out',
  '99999999999999999999999999999999999999::NUMBER(38,0)': 'whole literals of more than 64 bits',
  "'2024-02-29 13:14:15.123456789'::TIMESTAMP_NTZ(9)": 'its timestamps end at microseconds',
  'sends null for a value that JSON cannot hold, and says so (snapshot)': 'no schema for snapshots',
  'reads no column that the catalog leaves out (snapshot)': 'no schema for snapshots',
  'goes on behind a key of comments': 'a $ in a bound text is a session variable',
  'PARSE_JSON(\'{"a":1234567890123456789.123456789}\')': 'numbers inside JSON are doubles',
};
