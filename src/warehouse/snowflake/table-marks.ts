import type { TableMarks } from '../dialect.ts';
import { quoteString } from './quote.ts';

const names = (text: string): readonly string[] => text.trim().split(/\s+/);

/**
 * Functions that give the same for the same arguments, whenever they are called and by whom. What is not here may be a
 * clock, a random number, a sequence or a function of the user's own, which may read tables.
 */
const steady = new Set([
  ...names(`abs ceil floor mod power pow round sign sqrt trunc truncate div0 div0null exp ln log greatest least
    greatest_ignore_nulls least_ignore_nulls bitand bitor bitxor bitnot width_bucket square cbrt factorial`),
  ...names(`coalesce nvl nvl2 ifnull nullif nullifzero zeroifnull iff decode equal_null is_null_value booland boolor
    boolnot boolxor regr_valx regr_valy`),
  ...names(`ascii bit_length char chr charindex concat concat_ws contains endswith startswith initcap insert left right
    length len lower upper lpad rpad ltrim rtrim trim octet_length position repeat replace reverse soundex space split
    split_part strtok strtok_to_array substr substring translate unicode collate editdistance jarowinkler_similarity
    regexp_like regexp_count regexp_instr regexp_replace regexp_substr regexp_substr_all rlike like_any parse_ip parse_url
    base64_encode base64_decode_string try_base64_decode_string hex_encode hex_decode_string hex_decode_binary
    md5 md5_hex md5_number_lower64 md5_number_upper64 sha1 sha1_hex sha2 sha2_hex`),
  ...names(`to_boolean try_to_boolean to_char to_varchar to_number to_decimal to_numeric try_to_number try_to_decimal
    try_to_numeric to_double try_to_double to_binary to_date try_to_date to_time try_to_time to_timestamp try_to_timestamp
    to_timestamp_ntz try_to_timestamp_ntz to_timestamp_tz try_to_timestamp_tz to_timestamp_ltz try_to_timestamp_ltz
    cast try_cast to_variant to_array to_object to_json parse_json try_parse_json check_json as_varchar as_char as_integer
    as_number as_decimal as_double as_boolean as_date as_array as_object typeof`),
  ...names(`dateadd datediff datefromparts date_from_parts date_part date_trunc dayname monthname day dayofmonth dayofweek
    dayofweekiso dayofyear hour minute second month quarter week weekiso weekofyear year yearofweek yearofweekiso extract
    add_months months_between last_day next_day previous_day time_slice timeadd timediff timestampadd timestampdiff
    timestamp_from_parts timestamp_ntz_from_parts time_from_parts convert_timezone`),
  ...names(`array_agg array_append array_cat array_compact array_construct array_construct_compact array_contains
    array_distinct array_except array_flatten array_insert array_intersection array_max array_min array_position
    array_prepend array_remove array_size array_slice array_sort array_to_string arrays_overlap arrays_to_object flatten get
    get_ignore_case get_path object_agg object_construct object_construct_keep_null object_delete object_insert object_keys
    object_pick is_array is_boolean is_char is_varchar is_date is_decimal is_double is_integer is_object is_real`),
  ...names(`count count_if sum avg min max min_by max_by median mode listagg stddev variance booland_agg boolor_agg
    bitand_agg bitor_agg any_value corr covar_pop covar_samp percentile_cont percentile_disc first_value last_value
    nth_value lag lead row_number rank dense_rank percent_rank cume_dist ntile ratio_to_report conditional_change_event
    conditional_true_event`),
]);

/** https://docs.snowflake.com/en/sql-reference/functions/system_last_change_commit_time */
const markOf = (relation: string): string => `SYSTEM$LAST_CHANGE_COMMIT_TIME(${quoteString(relation)})`;

/** What Snowflake says of a table without a look at its rows. */
export const tableMarks: TableMarks = {
  steady,
  moving:
    /^(?:current_(?:date|time|timestamp|user)|local(?:time|timestamp)|sysdate|systimestamp|getdate|nextval|sample|tablesample)$/,
  // A view may have a clock in it, and a table that is not Snowflake's own may change without a word.
  query(relations) {
    const marks = relations.map(({ sql }, index) => `TO_VARCHAR(${markOf(sql)}) AS "${index}"`);
    const places = relations.map(
      ({ schema, name }) =>
        `(TABLE_SCHEMA = ${schema === undefined ? 'CURRENT_SCHEMA()' : quoteString(schema)} AND TABLE_NAME = ${quoteString(name)})`,
    );
    return `SELECT ${marks.join(', ')}, TO_VARCHAR((SELECT COUNT(*) FROM INFORMATION_SCHEMA.TABLES
WHERE TABLE_TYPE = 'BASE TABLE' AND (${places.join(' OR ')}))) AS "tables"`;
  },
};
