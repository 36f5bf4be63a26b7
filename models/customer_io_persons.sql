-- As models/specification/customer_io_persons.sql: one row per LOWER(TRIM(email)), the newest. Here so that the other
-- models have persons where dbt has built none, and without anonymous ids where no source gives any.
-- The email is the userId: a model of your own with another userId needs events and relationships of your own too.
{{ config(materialized='view') }}

{% set columns = adapter.get_columns_in_relation(ref('nexus_entities')) | map(attribute='column') | map('lower') | list %}

{{ nexus.customer_io_identify(
    entity_type='person',
    user_id_column='email',
    anonymous_id_column=('segment_anonymous_id' if 'segment_anonymous_id' in columns else none),
    dedupe_column='email',
    filters=["email IS NOT NULL"]
) }}
