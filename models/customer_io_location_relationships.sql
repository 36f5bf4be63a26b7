-- Differs from models/specification/customer_io_location_relationships.sql: both directions count, whichever side
-- the person is on; one row per location and person, from the first time to the last, so that location_count is
-- the number of locations; e-mails are joined folded, as the persons are deduplicated; relationships that are no
-- longer active are left out. The first time is _created_at: established_at moves with every declaration.
{{ config(materialized='view') }}

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
        cip.user_id
    from {{ ref('nexus_entities') }} e
    inner join customer_io_person_ids cip on lower(trim(e.email)) = cip.folded_email
    where e.entity_type = 'person'
),

-- Named as customer_io_locations names them: the newest group of a location_id
locations as (
    select
        entity_id,
        location_id,
        first_value(location_name) over (
            partition by location_id
            order by _updated_at desc nulls last, entity_id
        ) as location_name
    from {{ ref('nexus_entities') }}
    where entity_type = 'group'
      and location_id is not null
),

memberships as (
    select
        case when entity_a_type = 'person' then entity_a_id else entity_b_id end as person_id,
        case when entity_a_type = 'person' then entity_b_id else entity_a_id end as group_id,
        coalesce(_created_at, established_at) as first_interaction_at,
        last_updated_at as last_interaction_at,
        _updated_at
    from {{ ref('nexus_relationships') }}
    where relationship_type = 'membership'
      and (
          (entity_a_type = 'person' and entity_b_type = 'group')
          or (entity_a_type = 'group' and entity_b_type = 'person')
      )
      and coalesce(is_active, true)
),

relationship_stats as (
    select
        l.location_id,
        l.location_name,
        p.user_id,
        min(m.first_interaction_at) as first_interaction_at,
        max(m.last_interaction_at) as last_interaction_at,
        max(m._updated_at) as _updated_at
    from memberships m
    inner join persons p on m.person_id = p.entity_id
    inner join locations l on m.group_id = l.entity_id
    group by l.location_id, l.location_name, p.user_id
),

-- Ties go to the lower location_id, so that two runs agree
ranked_relationships as (
    select
        *,
        row_number() over (
            partition by user_id
            order by last_interaction_at desc nulls last, location_id
        ) as rank_by_recency,
        row_number() over (
            partition by user_id
            order by first_interaction_at asc nulls last, location_id
        ) as rank_by_first,
        count(*) over (partition by user_id) as location_count
    from relationship_stats
)

select
    location_id as "groupId",
    '1' as "objectTypeId",
    user_id as "userId",
    to_timestamp_ntz(_updated_at) as "timestamp",
    object_construct(
        'is_primary_location', rank_by_recency = 1,
        'is_most_recent_location', rank_by_recency = 1,
        'is_first_location', rank_by_first = 1,
        'has_multiple_locations', location_count > 1,
        'location_count', location_count,
        'first_interaction_at', to_timestamp_ntz(first_interaction_at),
        'last_interaction_at', to_timestamp_ntz(last_interaction_at),
        'location_name', location_name
    ) as "relationshipAttributes"
from ranked_relationships
