-- models/output/customer_io/customer_io_location_relationships.sql
{{ config(materialized='view') }}

-- Only include relationships for persons in customer_io_persons
with customer_io_person_ids as (
    select "userId" as email
    from {{ ref('customer_io_persons') }}
),

-- Get all person-location relationships with stats
relationship_stats as (
    select
        r.relationship_id,
        r.entity_a_id as person_id,
        r.entity_b_id as group_id,
        g.location_id,
        g.location_name,
        p.email,
        r.established_at as first_interaction_at,
        r.last_updated_at as last_interaction_at,
        r._updated_at
    from {{ ref('nexus_relationships') }} r
    inner join {{ ref('nexus_entities') }} p 
        on r.entity_a_id = p.entity_id
        and p.entity_type = 'person'
    inner join {{ ref('nexus_entities') }} g 
        on r.entity_b_id = g.entity_id
        and g.entity_type = 'group'
    inner join customer_io_person_ids cip
        on p.email = cip.email
    where r.relationship_type = 'membership'
      and r.entity_a_type = 'person'
      and r.entity_b_type = 'group'
      and g.location_id is not null
      and p.email is not null
),

-- Rank locations for each person
ranked_relationships as (
    select
        *,
        row_number() over (
            partition by person_id 
            order by last_interaction_at desc
        ) as rank_by_recency,
        row_number() over (
            partition by person_id 
            order by first_interaction_at asc
        ) as rank_by_first,
        count(*) over (partition by person_id) as location_count
    from relationship_stats
),

final as (
    select
        -- Customer.io Group sync required fields
        location_id as "groupId",
        '1' as "objectTypeId",
        email as "userId",
        to_timestamp_ntz(_updated_at) as "timestamp",
        
        -- Relationship attributes as JSON object
        -- See: https://docs.customer.io/integrations/data-in/connections/reverse-etl/snowflake/#relationship-attributes
        object_construct(
            'is_primary_location', case when rank_by_recency = 1 then true else false end,
            'is_most_recent_location', case when rank_by_recency = 1 then true else false end,
            'is_first_location', case when rank_by_first = 1 then true else false end,
            'has_multiple_locations', case when location_count > 1 then true else false end,
            'location_count', location_count,
            'first_interaction_at', to_timestamp_ntz(first_interaction_at),
            'last_interaction_at', to_timestamp_ntz(last_interaction_at),
            'location_name', location_name
        ) as "relationshipAttributes"
        
    from ranked_relationships
)

select * from final
order by "timestamp" desc
