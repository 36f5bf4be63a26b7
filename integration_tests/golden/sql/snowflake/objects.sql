-- objects: customer_io_locations
-- Differs from models/specification/customer_io_locations.sql: two groups can bear one location_id, which is one
-- object in Customer.io, so the newest group stands for it; ties go to the lower entity_id.
-- A trait that no source gives is left out.




with locations as (
    select
        entity_id,
        location_id,
        
        location_name,
        
        location_lobbie_integration_uuid,
        
        _updated_at,
        _created_at
    from "NEXUS_ENTITIES"
    where entity_type = 'group'
      and location_id is not null
    qualify row_number() over (
        partition by md5(cast(location_id as varchar))
        order by _updated_at desc nulls last, entity_id
    ) = 1
)

select
    location_id as "groupId",
    '1' as "objectTypeId",  -- Your object type ID from Customer.io
    to_timestamp_ntz(convert_timezone('UTC', _updated_at)) as "timestamp",
    
    location_name as "location_name",
    
    location_lobbie_integration_uuid as "location_lobbie_integration_uuid",
    
    entity_id as "nexus_entity_id",
    to_timestamp_ntz(convert_timezone('UTC', _created_at)) as "created_at"
from locations
;
