import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { DeleteObjectCommand, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { configError, messageOf } from '../../../errors/connector-error.ts';
import { fileFault } from '../../../errors/file-fault.ts';
import { runName } from './folder.ts';
import type { S3Config } from './object-storage-config.ts';
import type { RejectsPlace } from './written-rejects.ts';

/** Without one, a storage of its own address takes any region, and this is what its users write. */
const anyRegion = 'us-east-1';

function clientOf(config: S3Config): S3Client {
  const { access_key_id, secret_access_key, s3_bucket_region, s3_endpoint } = config;
  const agent = { keepAlive: true, proxyEnv: process.env };
  return new S3Client({
    region: s3_bucket_region || anyRegion,
    maxAttempts: 5,
    // Storages other than AWS's often do not know the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    requestHandler: {
      httpAgent: new Agent(agent),
      httpsAgent: new SecureAgent(agent),
      requestTimeout: 60_000,
    },
    ...(s3_endpoint ? { endpoint: s3_endpoint, forcePathStyle: true } : {}),
    ...(access_key_id === undefined || secret_access_key === undefined
      ? {}
      : { credentials: { accessKeyId: access_key_id, secretAccessKey: secret_access_key } }),
  });
}

/** `a/b/` of `/a//b`. */
const folderOf = (...parts: readonly string[]): string =>
  parts
    .flatMap((part) => part.split('/'))
    .filter((step) => step !== '')
    .map((step) => `${step}/`)
    .join('');

const addressOf = ({ s3_bucket_name }: S3Config, key: string): string => `s3://${s3_bucket_name}/${key}`;

/**
 * An object cannot be appended to: each time that rejects must last, one more is made. They are in the folder that the
 * platform links for a job.
 *
 * @param job the `sync_id` of the catalog; without one there is no folder of the job
 */
export function bucketPlace(config: S3Config, job: number | undefined): RejectsPlace {
  const client = clientOf(config);
  const folder = folderOf(config.bucket_path, job === undefined ? '' : String(job));
  // In a container each process has the same number.
  const run = `${folder}${runName()}-${randomUUID().slice(0, 8)}`;
  let parts = 0;
  return {
    name: addressOf(config, `${run}-*.ndjson`),
    setting: 'object_storage_config',
    isCheap: false,
    async append(text) {
      parts += 1;
      await put(client, config, `${run}-${String(parts).padStart(5, '0')}.ndjson`, text);
    },
    restore: async () => undefined,
    faultOf: bucketFault,
    mayPass: (cause) => knownFault(cause) === undefined,
    close: async () => client.destroy(),
  };
}

/** @throws ConnectorError where the bucket does not take a file. */
export async function checkBucket(config: S3Config): Promise<void> {
  const client = clientOf(config);
  const key = `${folderOf(config.bucket_path)}nexus-customer-io-check-${randomUUID()}`;
  try {
    await put(client, config, key, 'written by check');
    // Who may write need not be allowed to delete.
    await client
      .send(new DeleteObjectCommand({ Bucket: config.s3_bucket_name, Key: key }))
      .catch(() => undefined);
  } catch (cause) {
    throw configError(
      `object_storage_config: nothing can be written to ${addressOf(config, folderOf(config.bucket_path))}: ${bucketFault(cause)}.`,
      { cause },
    );
  } finally {
    client.destroy();
  }
}

async function put(client: S3Client, config: S3Config, key: string, text: string): Promise<void> {
  await client.send(
    new PutObjectCommand({
      Bucket: config.s3_bucket_name,
      Key: key,
      Body: text,
      ContentType: 'application/x-ndjson',
    }),
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const faults: Readonly<Record<string, string>> = {
  NoSuchBucket: 'there is no such bucket',
  AccessDenied: 'this identity may not write there (it needs s3:PutObject)',
  InvalidAccessKeyId: 'the storage does not know the access key ID',
  SignatureDoesNotMatch: 'the secret access key does not belong to the access key ID',
  PermanentRedirect: 'the bucket is in another region',
  AuthorizationHeaderMalformed: 'the bucket is in another region',
  CredentialsProviderError: 'no key is given, and this machine has no identity of its own',
};

function knownFault(cause: unknown): string | undefined {
  const name = cause instanceof Error ? cause.name : '';
  return Object.hasOwn(faults, name) ? faults[name] : undefined;
}

function bucketFault(cause: unknown): string {
  const known = knownFault(cause);
  if (known !== undefined) return known;
  if (!(cause instanceof S3ServiceException)) return fileFault(cause);
  return `the storage answered ${cause.$metadata.httpStatusCode ?? ''} ${cause.name}: ${messageOf(cause)}`.replace(
    /\.$/,
    '',
  );
}
