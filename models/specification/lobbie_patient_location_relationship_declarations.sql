-- models/sources/lobbie/intermediate/lobbie_patient_location_relationship_declarations.sql
{{ config(
    materialized='table',
    tags=['event-processing', 'relationships']
) }}

with appointment_relationships as (
    select
        event_id,
        occurred_at,
        patient_id,
        location_id,
        'lobbie' as source
    from {{ ref('lobbie_appointment_events') }}
    where patient_id is not null
      and location_id is not null
),

relationship_declarations as (
    select distinct
        {{ nexus.create_nexus_id('relationship_declaration', 
            ['event_id', 'patient_id', 'location_id', "'patient'", 'occurred_at']) 
        }} as relationship_declaration_id,
        
        event_id,
        occurred_at,
        
        -- Entity A: Person (patient)
        patient_id as entity_a_identifier,
        'patient_id' as entity_a_identifier_type,
        'person' as entity_a_type,
        'patient' as entity_a_role,
        
        -- Entity B: Group (location)
        location_id as entity_b_identifier,
        'location_id' as entity_b_identifier_type,
        'group' as entity_b_type,
        'location' as entity_b_role,
        
        -- Relationship metadata
        'membership' as relationship_type,
        'a_to_b' as relationship_direction,
        true as is_active,
        source
        
    from appointment_relationships
)

select * from relationship_declarations
