/**
 * How the cases' streams are compared. fakesnow makes no schema that a later statement of the session finds, so that its
 * cases go by a cursor; what snapshots say to Snowflake is tried on our own server.
 */
export const usualWay = process.env.SNOWFLAKE_TEST_DOUBLE === 'fakesnow' ? { changes: 'cursor' } : {};
