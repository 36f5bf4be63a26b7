-- models/sources/lobbie/lobbie_relationship_declarations.sql
{{ config(
    materialized='table',
    tags=['event-processing', 'relationship_declarations']
) }}

select
    relationship_declaration_id,
    event_id,
    occurred_at,
    entity_a_identifier,
    entity_a_identifier_type,
    entity_a_type,
    entity_a_role,
    entity_b_identifier,
    entity_b_identifier_type,
    entity_b_type,
    entity_b_role,
    relationship_type,
    relationship_direction,
    is_active,
    source
from {{ ref('lobbie_patient_location_relationship_declarations') }}
-- UNION ALL additional relationship types here
order by occurred_at desc
