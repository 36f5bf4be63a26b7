-- relationships: customer_io_location_relationships
WITH "__ref__customer_io_persons" AS (
-- As models/specification/customer_io_persons.sql: one row per LOWER(TRIM(email)), the newest. Here so that the other
-- models have persons where dbt has built none, and without anonymous ids where no source gives any.
-- The email is the userId: a model of your own with another userId needs events and relationships of your own too.




SELECT
    "NEXUS_ENTITIES"."EMAIL" AS "userId",
    "NEXUS_ENTITIES"."SEGMENT_ANONYMOUS_ID" AS "anonymousId",
    "NEXUS_ENTITIES"."_UPDATED_AT" AS "timestamp",
    "NEXUS_ENTITIES"."USER_ID" AS "user_id",
    "NEXUS_ENTITIES"."FIRST_NAME" AS "first_name",
    "NEXUS_ENTITIES"."LAST_NAME" AS "last_name",
    "NEXUS_ENTITIES"."PHONE_NUMBER" AS "phone_number",
    "NEXUS_ENTITIES"."STATUS" AS "status",
    "NEXUS_ENTITIES"."CITY" AS "city",
    "NEXUS_ENTITIES"."PLAN" AS "plan",
    "NEXUS_ENTITIES"."REFERRAL_SOURCE" AS "referral_source",
    "NEXUS_ENTITIES"."LOCALE" AS "locale",
    "NEXUS_ENTITIES"."DATE_OF_BIRTH" AS "date_of_birth",
    "NEXUS_ENTITIES"."LEAD_SCORE" AS "lead_score",
    "NEXUS_ENTITIES"."LIFETIME_VALUE" AS "lifetime_value",
    "NEXUS_ENTITIES"."FAVORITE_COLOR" AS "favorite_color",
    "NEXUS_ENTITIES"."UNSUBSCRIBED" AS "unsubscribed",
    "NEXUS_ENTITIES"."LOCATION_ID" AS "location_id",
    "NEXUS_ENTITIES"."LOCATION_NAME" AS "location_name",
    "NEXUS_ENTITIES"."LOCATION_LOBBIE_INTEGRATION_UUID" AS "location_lobbie_integration_uuid",
    "NEXUS_ENTITIES"."GOOGLE_ADS_ACCOUNT_ID" AS "google_ads_account_id",
    TO_TIMESTAMP_NTZ("NEXUS_ENTITIES"."_UPDATED_AT") AS "_updated_at",
    TO_TIMESTAMP_NTZ("NEXUS_ENTITIES"."_CREATED_AT") AS "created_at",
    TO_TIMESTAMP_NTZ("NEXUS_ENTITIES"."_LAST_MERGED_AT") AS "_last_merged_at",
    TO_TIMESTAMP_NTZ("NEXUS_ENTITIES"."LAST_INTERACTION_AT") AS "last_interaction_at",
    TO_TIMESTAMP_NTZ("NEXUS_ENTITIES"."FIRST_INTERACTION_AT") AS "first_interaction_at"
FROM "NEXUS_ENTITIES" AS "NEXUS_ENTITIES"
WHERE "NEXUS_ENTITIES"."ENTITY_TYPE" = 'person'
  AND ("NEXUS_ENTITIES"."EMAIL" IS NOT NULL OR "NEXUS_ENTITIES"."SEGMENT_ANONYMOUS_ID" IS NOT NULL)
  AND (
email IS NOT NULL
)
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY LOWER(TRIM(COLLATE(CAST("NEXUS_ENTITIES"."EMAIL" AS VARCHAR), '')))
    ORDER BY "NEXUS_ENTITIES"."_UPDATED_AT" DESC NULLS LAST, "NEXUS_ENTITIES"."ENTITY_ID"
) = 1 OR "NEXUS_ENTITIES"."EMAIL" IS NULL
)
SELECT * FROM (
-- Differs from models/specification/customer_io_location_relationships.sql:
-- both directions count, whichever side the person is on; one row per location and person, from the first time to the
-- last, so that location_count is the number of locations; emails are joined folded, as the persons are deduplicated.
-- Who is no longer at a location has a row with "_ab_cdc_deleted_at", which removes the relationship, and counts no more.
-- The timestamp is that of the person's newest change: a visit to one location also changes is_primary_location and
-- location_count of the person's others. The first time is _created_at: established_at moves with every declaration.





-- By a hash, since a collation of the column would take different emails for one
with customer_io_person_ids as (
    select
        md5(lower(trim("userId"))) as person_key,
        min("userId") as user_id
    from "__ref__customer_io_persons" AS "CUSTOMER_IO_PERSONS"
    where "userId" is not null
    group by md5(lower(trim("userId")))
),

persons as (
    select
        e.entity_id,
        cip.person_key,
        cip.user_id
    from "NEXUS_ENTITIES" e
    inner join customer_io_person_ids cip on md5(lower(trim(e.email))) = cip.person_key
    where e.entity_type = 'person'
),

-- Named as customer_io_locations names them: the newest group of a location_id
locations as (
    select
        entity_id,
        location_id,
        md5(cast(location_id as varchar)) as location_key,
        
        first_value(location_name) over (
            partition by md5(cast(location_id as varchar))
            order by _updated_at desc nulls last, entity_id
        ) as location_name
        
    from "NEXUS_ENTITIES"
    where entity_type = 'group'
      and location_id is not null
),

memberships as (
    select
        case when entity_a_type = 'person' then entity_a_id else entity_b_id end as person_id,
        case when entity_a_type = 'person' then entity_b_id else entity_a_id end as group_id,
        coalesce(is_active, true) as is_active,
        coalesce(_created_at, established_at) as first_interaction_at,
        last_updated_at as last_interaction_at,
        _updated_at
    from "NEXUS_RELATIONSHIPS"
    where relationship_type = 'membership'
      and (
          (entity_a_type = 'person' and entity_b_type = 'group')
          or (entity_a_type = 'group' and entity_b_type = 'person')
      )
),

-- Live if the person is at the location by any of their entities
relationship_stats as (
    select
        min(l.location_id) as location_id,
        l.location_name,
        p.person_key,
        min(p.user_id) as user_id,
        max(case when m.is_active then 1 else 0 end) as is_live,
        min(case when m.is_active then m.first_interaction_at end) as first_interaction_at,
        max(case when m.is_active then m.last_interaction_at end) as last_interaction_at,
        max(m._updated_at) as _updated_at
    from memberships m
    inner join persons p on m.person_id = p.entity_id
    inner join locations l on m.group_id = l.entity_id
    group by l.location_key, l.location_name, p.person_key
),

-- The live are ranked among the live. Ties go to the lower location_id, so that two runs agree
ranked_relationships as (
    select
        *,
        row_number() over (
            partition by person_key, is_live
            order by last_interaction_at desc nulls last, location_id
        ) as rank_by_recency,
        row_number() over (
            partition by person_key, is_live
            order by first_interaction_at asc nulls last, location_id
        ) as rank_by_first,
        count(*) over (partition by person_key, is_live) as location_count,
        max(_updated_at) over (partition by person_key) as person_updated_at
    from relationship_stats
)

select
    location_id as "groupId",
    '1' as "objectTypeId",
    user_id as "userId",
    to_timestamp_ntz(convert_timezone('UTC', person_updated_at)) as "timestamp",
    case when is_live = 1 then object_construct(
        'is_primary_location', rank_by_recency = 1,
        'is_most_recent_location', rank_by_recency = 1,
        'is_first_location', rank_by_first = 1,
        'has_multiple_locations', location_count > 1,
        'location_count', location_count,
        'first_interaction_at', to_timestamp_ntz(convert_timezone('UTC', first_interaction_at)),
        'last_interaction_at', to_timestamp_ntz(convert_timezone('UTC', last_interaction_at)),
        'location_name', location_name
    ) end as "relationshipAttributes",
    -- Of all ends the same: one may have no date, or that of a visit to come, which tells of no removal yet
    case when is_live = 0 then to_timestamp_ntz(946684800) end as "_ab_cdc_deleted_at"
from ranked_relationships
)
;
