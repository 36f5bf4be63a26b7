-- models/output/customer_io/customer_io_locations.sql
{{ config(materialized='view') }}

with locations as (
    select
        entity_id,
        location_id,
        location_name,
        location_lobbie_integration_uuid,
        _updated_at,
        _created_at
    from {{ ref('nexus_entities') }}
    where entity_type = 'group'
      and location_id is not null
)

select
    -- Customer.io Group sync required fields
    location_id as "groupId",
    '1' as "objectTypeId",  -- Your object type ID from Customer.io
    to_timestamp_ntz(_updated_at) as "timestamp",
    
    -- Object traits (stored as attributes on the location)
    location_name as "location_name",
    location_lobbie_integration_uuid as "location_lobbie_integration_uuid",
    entity_id as "nexus_entity_id",
    to_timestamp_ntz(_created_at) as "created_at"
    
from locations
order by "timestamp" desc
