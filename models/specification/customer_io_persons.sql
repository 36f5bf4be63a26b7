-- The specification's overview names this model, and its events and relationships refer to it, but it prints no
-- text for it. This is the identify macro as the journey example calls it, with the email as userId.
{{ config(materialized='view') }}

{{ nexus.customer_io_identify(
    entity_type='person',
    user_id_column='email',
    anonymous_id_column='segment_anonymous_id',
    dedupe_column='email',
    filters=["email IS NOT NULL"]
) }}
