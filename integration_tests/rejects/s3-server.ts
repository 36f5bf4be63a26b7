import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import S3rver from '@20minutes/s3rver';

/** The one identity that the server knows. */
const key = { access_key_id: 'S3RVER', secret_access_key: 'S3RVER' };

/** What the server calls the file of an object's content. */
const ending = '._S3rver_object';

/** An S3 server that others wrote, with one bucket; it checks signatures. */
export interface S3Server {
  /** An `object_storage_config` that fits it. */
  readonly config: Readonly<Record<string, string>>;
  /** The texts of the bucket's objects by their keys. */
  objects(): Promise<ReadonlyMap<string, string>>;
  close(): Promise<void>;
}

export async function startS3(bucket: string): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 's3-'));
  const configureBuckets = [{ name: bucket, configs: [] }];
  const server = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory, configureBuckets });
  const { port } = await server.run();
  return {
    config: { storage_type: 'S3', ...key, s3_bucket_name: bucket, s3_endpoint: `http://127.0.0.1:${port}` },
    // Read from its folder: it cannot check the signature of a request that lists.
    objects: () => textsIn(join(directory, bucket)),
    async close() {
      await server.close();
      await rm(directory, { recursive: true });
    },
  };
}

async function textsIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const contents = files
    .filter((file) => file.isFile() && file.name.endsWith(ending))
    .map(({ parentPath, name }) => join(parentPath, name))
    .toSorted()
    .map(
      async (path): Promise<[string, string]> => [
        relative(folder, path).slice(0, -ending.length),
        await readFile(path, 'utf8'),
      ],
    );
  return new Map(await Promise.all(contents));
}
