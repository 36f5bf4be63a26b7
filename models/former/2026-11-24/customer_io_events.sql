-- Differs from models/specification/customer_io_events.sql: events of every source, and no value columns, which
-- nexus_events has no more; event_id is kept, so that an event has one message id in every run; a person with two
-- roles in an event gets it once; e-mails are joined folded, as the persons are deduplicated, so that the events
-- of a folded duplicate go to the person who is sent. Anonymous ids are left out where no source gives any.
{{ config(materialized='view') }}

{% set columns = adapter.get_columns_in_relation(ref('nexus_entities')) | map(attribute='column') | map('lower') | list %}
{% set has_anonymous_id = 'segment_anonymous_id' in columns %}

with customer_io_person_ids as (
    select
        lower(trim("userId")) as folded_email,
        min("userId") as user_id
    from {{ ref('customer_io_persons') }}
    where "userId" is not null
    group by lower(trim("userId"))
),

persons as (
    select
        e.entity_id,
        {% if has_anonymous_id %}
        e.segment_anonymous_id,
        {% endif %}
        cip.user_id
    from {{ ref('nexus_entities') }} e
    inner join customer_io_person_ids cip on lower(trim(e.email)) = cip.folded_email
    where e.entity_type = 'person'
),

-- One row per event and person, whatever roles and entities the person has in it
event_persons as (
    select
        pp.event_id,
        {% if has_anonymous_id %}
        min(p.segment_anonymous_id) as segment_anonymous_id,
        {% endif %}
        p.user_id
    from {{ ref('nexus_entity_participants') }} pp
    inner join persons p on pp.entity_id = p.entity_id
    where pp.entity_type = 'person'
    group by pp.event_id, p.user_id
)

select
    ep.user_id as "userId",
    {% if has_anonymous_id %}
    ep.segment_anonymous_id as "anonymousId",
    {% endif %}
    to_timestamp_ntz(e.occurred_at) as "timestamp",
    e.event_name as "event",
    e.event_type as "event_type",
    e.source as "event_data_source",
    e.event_id as "event_id"
from {{ ref('nexus_events') }} e
inner join event_persons ep on e.event_id = ep.event_id
