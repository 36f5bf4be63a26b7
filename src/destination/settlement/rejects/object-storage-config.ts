import { z } from 'zod';
import { configError } from '../../../errors/connector-error.ts';

/** The key of an AWS identity; both halves belong together. */
const key = (title: string, description: string) =>
  z.string().min(1).optional().meta({ title, description, airbyte_secret: true, always_show: true });

const none = z
  .looseObject({ storage_type: z.literal('None') })
  .meta({ title: 'None', description: 'Rejects do not go to object storage.' });

const s3 = z
  .looseObject({
    storage_type: z.literal('S3'),
    access_key_id: key(
      'Access key ID',
      'The access key of an identity that may write to the bucket. Without it, the identity of the pod or machine is used.',
    ),
    secret_access_key: key('Secret access key', 'The secret that belongs to the access key ID.'),
    s3_bucket_name: z.string().min(1).meta({ title: 'Bucket', description: 'The name of the bucket.' }),
    s3_bucket_region: z
      .string()
      .default('')
      .meta({
        title: 'Region',
        description: 'The region of the bucket. May be empty if an endpoint is given.',
        examples: ['us-east-1'],
      }),
    s3_endpoint: z
      .string()
      .regex(/^(https?:\/\/[^\s/@]+\/?)?$/, 'it must look like https://storage.example.com, with no path')
      .optional()
      .meta({
        title: 'Endpoint',
        description: 'The address of an S3-compatible storage. Empty for AWS.',
        pattern_descriptor: 'https://storage.example.com',
        examples: ['http://localhost:9000'],
      }),
    bucket_path: z
      .string()
      .default('')
      .meta({
        title: 'Path in the bucket',
        description:
          'The folder in the bucket. Each sync writes to a folder below it that is named after the job.',
        examples: ['rejects/customer-io'],
      }),
  })
  .meta({ title: 'S3', description: 'Amazon S3, or another storage with its API.' });

/**
 * Under the names that the platform knows: for a destination of data activation it links the folder of a job's rejects
 * by `object_storage_config`, `s3_bucket_name`, `s3_bucket_region`, `bucket_path` and the number of the job.
 */
export const objectStorageConfig = z.discriminatedUnion('storage_type', [none, s3]);

export type S3Config = z.infer<typeof s3>;

/** @throws ConnectorError for settings that do not belong together. */
export function checkObjectStorage(config: z.infer<typeof objectStorageConfig> | undefined): void {
  if (config?.storage_type !== 'S3') return;
  const { access_key_id, secret_access_key, role_arn, s3_bucket_region, s3_endpoint } = config;
  const wrong = (field: string, what: string) =>
    configError(`Destination config, object_storage_config.${field}: ${what}`);
  if ((access_key_id === undefined) !== (secret_access_key === undefined)) {
    const missing = access_key_id === undefined ? 'access_key_id' : 'secret_access_key';
    throw wrong(missing, 'it is missing. The access key ID and its secret belong together.');
  }
  if (role_arn !== undefined && role_arn !== null && role_arn !== '') {
    throw wrong('role_arn', 'roles are not supported. Use a key, or the identity of the pod.');
  }
  if (s3_bucket_region === '' && (s3_endpoint ?? '') === '') {
    throw wrong('s3_bucket_region', 'it is missing. AWS needs the region of the bucket.');
  }
}
