-- Differs from models/specification/customer_io_events.sql: events of every source, and no value columns, which
-- nexus_events has no more; a person with two roles in an event gets it once; emails are joined folded, as the
-- persons are deduplicated, so that the events of a folded duplicate go to the person who is sent. Anonymous ids are
-- left out where no source gives any. The message id is the event's own id, and only where an event has several
-- persons the entity's too: no change of a person, nor a merge, makes the event another one.
{{ config(materialized='view') }}

{% set columns = adapter.get_columns_in_relation(ref('nexus_entities')) | map(attribute='column') | map('lower') | list %}
{% set has_anonymous_id = 'segment_anonymous_id' in columns %}

-- By a hash, since a collation of the column would take different emails for one
with customer_io_person_ids as (
    select
        md5(lower(trim("userId"))) as person_key,
        min("userId") as user_id
    from {{ ref('customer_io_persons') }}
    where "userId" is not null
    group by md5(lower(trim("userId")))
),

persons as (
    select
        e.entity_id,
        {% if has_anonymous_id %}
        e.segment_anonymous_id,
        {% endif %}
        cip.person_key,
        cip.user_id
    from {{ ref('nexus_entities') }} e
    inner join customer_io_person_ids cip on md5(lower(trim(e.email))) = cip.person_key
    where e.entity_type = 'person'
),

person_participants as (
    select event_id, entity_id
    from {{ ref('nexus_entity_participants') }}
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
        {% if has_anonymous_id %}
        min(p.segment_anonymous_id) as segment_anonymous_id,
        {% endif %}
        min(p.user_id) as user_id
    from person_participants pp
    inner join persons p on pp.entity_id = p.entity_id
    group by pp.event_id, p.person_key
)

select
    ep.user_id as "userId",
    {% if has_anonymous_id %}
    ep.segment_anonymous_id as "anonymousId",
    {% endif %}
    to_timestamp_ntz(convert_timezone('UTC', e.occurred_at)) as "timestamp",
    e.event_name as "event",
    e.event_type as "event_type",
    e.source as "event_data_source",
    e.event_id as "event_id",
    -- Behind event_id, which was the id of events that were sent before
    case when es.event_id is null then e.event_id else e.event_id || '|' || ep.entity_id end as "messageId"
from {{ ref('nexus_events') }} e
inner join event_persons ep on e.event_id = ep.event_id
left join events_of_several es on e.event_id = es.event_id
