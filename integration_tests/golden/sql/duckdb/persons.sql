-- persons: identify
SELECT
    "nexus_entities"."email" AS "userId",
    "nexus_entities"."_updated_at" AS "timestamp",
    "nexus_entities"."user_id" AS "user_id",
    "nexus_entities"."first_name" AS "first_name",
    "nexus_entities"."last_name" AS "last_name",
    "nexus_entities"."phone_number" AS "phone_number",
    "nexus_entities"."segment_anonymous_id" AS "segment_anonymous_id",
    "nexus_entities"."status" AS "status",
    "nexus_entities"."city" AS "city",
    "nexus_entities"."plan" AS "plan",
    "nexus_entities"."referral_source" AS "referral_source",
    "nexus_entities"."locale" AS "locale",
    "nexus_entities"."date_of_birth" AS "date_of_birth",
    "nexus_entities"."lead_score" AS "lead_score",
    "nexus_entities"."lifetime_value" AS "lifetime_value",
    "nexus_entities"."favorite_color" AS "favorite_color",
    "nexus_entities"."unsubscribed" AS "unsubscribed",
    "nexus_entities"."location_id" AS "location_id",
    "nexus_entities"."location_name" AS "location_name",
    "nexus_entities"."location_lobbie_integration_uuid" AS "location_lobbie_integration_uuid",
    "nexus_entities"."google_ads_account_id" AS "google_ads_account_id",
    TO_TIMESTAMP_NTZ("nexus_entities"."_updated_at") AS "_updated_at",
    TO_TIMESTAMP_NTZ("nexus_entities"."_created_at") AS "created_at",
    TO_TIMESTAMP_NTZ("nexus_entities"."_last_merged_at") AS "_last_merged_at",
    TO_TIMESTAMP_NTZ("nexus_entities"."last_interaction_at") AS "last_interaction_at",
    TO_TIMESTAMP_NTZ("nexus_entities"."first_interaction_at") AS "first_interaction_at"
FROM "nexus_entities" AS "nexus_entities"
WHERE "nexus_entities"."entity_type" = 'person'
  AND "nexus_entities"."email" IS NOT NULL
  AND (
email IS NOT NULL
)
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY LOWER(TRIM(CAST("nexus_entities"."email" AS VARCHAR) COLLATE C))
    ORDER BY "nexus_entities"."_updated_at" DESC NULLS LAST, "nexus_entities"."entity_id"
) = 1 OR "nexus_entities"."email" IS NULL
;
