-- events: customer_io_events
WITH "__ref__customer_io_persons" AS (
-- As models/specification/customer_io_persons.sql: one row per LOWER(TRIM(email)), the newest. Here so that the other
-- models have persons where dbt has built none, and without anonymous ids where no source gives any.
-- The email is the userId: a model of your own with another userId needs events and relationships of your own too.




SELECT
    "nexus_entities"."email" AS "userId",
    "nexus_entities"."segment_anonymous_id" AS "anonymousId",
    "nexus_entities"."_updated_at" AS "timestamp",
    "nexus_entities"."user_id" AS "user_id",
    "nexus_entities"."first_name" AS "first_name",
    "nexus_entities"."last_name" AS "last_name",
    "nexus_entities"."phone_number" AS "phone_number",
    "nexus_entities"."status" AS "status",
    "nexus_entities"."city" AS "city",
    "nexus_entities"."plan" AS "plan",
    "nexus_entities"."referral_source" AS "referral_source",
    "nexus_entities"."locale" AS "locale",
    "nexus_entities"."date_of_birth" AS "date_of_birth",
    "nexus_entities"."lead_score" AS "lead_score",
    "nexus_entities"."lifetime_value" AS "lifetime_value",
    "nexus_entities"."favorite_color" AS "favorite_color",
    "nexus_entities"."unsubscribed" AS "unsubscribed",
    "nexus_entities"."location_id" AS "location_id",
    "nexus_entities"."location_name" AS "location_name",
    "nexus_entities"."location_lobbie_integration_uuid" AS "location_lobbie_integration_uuid",
    "nexus_entities"."google_ads_account_id" AS "google_ads_account_id",
    TO_TIMESTAMP_NTZ("nexus_entities"."_updated_at") AS "_updated_at",
    TO_TIMESTAMP_NTZ("nexus_entities"."_created_at") AS "created_at",
    TO_TIMESTAMP_NTZ("nexus_entities"."_last_merged_at") AS "_last_merged_at",
    TO_TIMESTAMP_NTZ("nexus_entities"."last_interaction_at") AS "last_interaction_at",
    TO_TIMESTAMP_NTZ("nexus_entities"."first_interaction_at") AS "first_interaction_at"
FROM "nexus_entities" AS "nexus_entities"
WHERE "nexus_entities"."entity_type" = 'person'
  AND ("nexus_entities"."email" IS NOT NULL OR "nexus_entities"."segment_anonymous_id" IS NOT NULL)
  AND (
email IS NOT NULL
)
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY LOWER(TRIM(CAST("nexus_entities"."email" AS VARCHAR) COLLATE C))
    ORDER BY "nexus_entities"."_updated_at" DESC NULLS LAST, "nexus_entities"."entity_id"
) = 1 OR "nexus_entities"."email" IS NULL
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
    from "__ref__customer_io_persons" AS "customer_io_persons"
    where "userId" is not null
    group by md5(lower(trim("userId")))
),

persons as (
    select
        e.entity_id,
        
        e.segment_anonymous_id,
        
        cip.person_key,
        cip.user_id
    from "nexus_entities" e
    inner join customer_io_person_ids cip on md5(lower(trim(e.email))) = cip.person_key
    where e.entity_type = 'person'
),

person_participants as (
    select event_id, entity_id
    from "nexus_entity_participants"
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
from "nexus_events" e
inner join event_persons ep on e.event_id = ep.event_id
left join events_of_several es on e.event_id = es.event_id
)
;
