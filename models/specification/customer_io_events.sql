-- models/output/customer_io/customer_io_events.sql
{{ config(materialized='view') }}

-- Only include events for persons already in customer_io_persons
with customer_io_person_ids as (
    select "userId" as email
    from {{ ref('customer_io_persons') }}
),

source_events as (
    select
        e.event_id,
        e.occurred_at,
        e.event_name,
        e.event_type,
        e.value,
        e.value_unit,
        e.source
    from {{ ref('nexus_events') }} e
    where e.source = 'your_source'
),

person_participants as (
    select event_id, entity_id as person_entity_id
    from {{ ref('nexus_entity_participants') }}
    where entity_type = 'person'
),

persons as (
    select e.entity_id, e.email, e.segment_anonymous_id
    from {{ ref('nexus_entities') }} e
    inner join customer_io_person_ids cip on e.email = cip.email
    where e.entity_type = 'person'
),

events_with_person as (
    select
        se.*,
        p.email,
        p.segment_anonymous_id
    from source_events se
    inner join person_participants pp on se.event_id = pp.event_id
    inner join persons p on pp.person_entity_id = p.entity_id
    where p.email is not null
)

select
    email as "userId",
    segment_anonymous_id as "anonymousId",
    to_timestamp_ntz(occurred_at) as "timestamp",
    event_name as "event",
    event_type as "event_type",
    value as "value",
    value_unit as "value_unit",
    source as "event_data_source"
from events_with_person
order by "timestamp" desc
