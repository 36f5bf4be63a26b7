-- Differs from models/specification/customer_io_location_relationships.sql:
-- both directions count, whichever side the person is on; one row per location and person, from the first time to the
-- last, so that location_count is the number of locations; emails are joined folded, as the persons are deduplicated.
-- Who is no longer at a location has a row with "_ab_cdc_deleted_at", which removes the relationship, and counts no more.
-- The timestamp is that of the person's newest change: a visit to one location also changes is_primary_location and
-- location_count of the person's others. The first time is _created_at: established_at moves with every declaration.
{{ config(materialized='view') }}

{% set columns = adapter.get_columns_in_relation(ref('nexus_entities')) | map(attribute='column') | map('lower') | list %}
{% set has_location_name = 'location_name' in columns %}

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
        cip.person_key,
        cip.user_id
    from {{ ref('nexus_entities') }} e
    inner join customer_io_person_ids cip on md5(lower(trim(e.email))) = cip.person_key
    where e.entity_type = 'person'
),

-- Named as customer_io_locations names them: the newest group of a location_id
locations as (
    select
        entity_id,
        location_id,
        md5(cast(location_id as varchar)) as location_key,
        {% if has_location_name %}
        first_value(location_name) over (
            partition by md5(cast(location_id as varchar))
            order by _updated_at desc nulls last, entity_id
        ) as location_name
        {% else %}
        cast(null as varchar) as location_name
        {% endif %}
    from {{ ref('nexus_entities') }}
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
    from {{ ref('nexus_relationships') }}
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
