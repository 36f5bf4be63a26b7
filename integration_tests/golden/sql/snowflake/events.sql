-- events: customer_io_events
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
-- Differs from models/specification/customer_io_events.sql: events of every source, and no value columns, which
-- nexus_events has no more; a person with two roles in an event gets it once; emails are joined folded, as the
-- persons are deduplicated, so that the events of a folded duplicate go to the person who is sent. Anonymous ids are
-- left out where no source gives any. The message id is the event's own id, and only where an event has several
-- persons the entity's too: no change of a person, nor a merge, makes the event another one.





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
        
        e.segment_anonymous_id,
        
        cip.person_key,
        cip.user_id
    from "NEXUS_ENTITIES" e
    inner join customer_io_person_ids cip on md5(lower(trim(e.email))) = cip.person_key
    where e.entity_type = 'person'
),

person_participants as (
    select event_id, entity_id
    from "NEXUS_ENTITY_PARTICIPANTS"
    where entity_type = 'person'
),

-- All persons count, those without an email too: an email that comes later must not change an id
events_of_several as (
    select pp.event_id
    from person_participants pp
    left join persons p on pp.entity_id = p.entity_id
    group by pp.event_id
    having min(coalesce(p.person_key, pp.entity_id)) <> max(coalesce(p.person_key, pp.entity_id))
),

-- One row per event and person, whatever roles and entities the person has in it
event_persons as (
    select
        pp.event_id,
        min(pp.entity_id) as entity_id,
        
        min(p.segment_anonymous_id) as segment_anonymous_id,
        
        min(p.user_id) as user_id
    from person_participants pp
    inner join persons p on pp.entity_id = p.entity_id
    group by pp.event_id, p.person_key
)

select
    ep.user_id as "userId",
    
    ep.segment_anonymous_id as "anonymousId",
    
    to_timestamp_ntz(convert_timezone('UTC', e.occurred_at)) as "timestamp",
    e.event_name as "event",
    e.event_type as "event_type",
    e.source as "event_data_source",
    e.event_id as "event_id",
    -- Behind event_id, which was the id of events that were sent before
    case when es.event_id is null then e.event_id else e.event_id || '|' || ep.entity_id end as "messageId"
from "NEXUS_EVENTS" e
inner join event_persons ep on e.event_id = ep.event_id
left join events_of_several es on e.event_id = es.event_id
)
;
