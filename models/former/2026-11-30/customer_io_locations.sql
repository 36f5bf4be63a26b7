-- Differs from models/specification/customer_io_locations.sql: two groups can bear one location_id, which is one
-- object in Customer.io, so the newest group stands for it; ties go to the lower entity_id.
-- A trait that no source gives is left out.
{{ config(materialized='view') }}

{% set columns = adapter.get_columns_in_relation(ref('nexus_entities')) | map(attribute='column') | map('lower') | list %}

with locations as (
    select
        entity_id,
        location_id,
        {% for trait in ['location_name', 'location_lobbie_integration_uuid'] if trait in columns %}
        {{ trait }},
        {% endfor %}
        _updated_at,
        _created_at
    from {{ ref('nexus_entities') }}
    where entity_type = 'group'
      and location_id is not null
    qualify row_number() over (
        partition by location_id
        order by _updated_at desc nulls last, entity_id
    ) = 1
)

select
    location_id as "groupId",
    '1' as "objectTypeId",  -- Your object type ID from Customer.io
    to_timestamp_ntz(convert_timezone('UTC', _updated_at)) as "timestamp",
    {% for trait in ['location_name', 'location_lobbie_integration_uuid'] if trait in columns %}
    {{ trait }} as "{{ trait }}",
    {% endfor %}
    entity_id as "nexus_entity_id",
    to_timestamp_ntz(convert_timezone('UTC', _created_at)) as "created_at"
from locations
