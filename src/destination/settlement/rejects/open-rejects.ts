import { requireWritableFolder } from '../../../files/named-file.ts';
import { log } from '../../../protocol/make-message.ts';
import type { AirbyteMessage } from '../../../protocol/messages.ts';
import type { DestinationConfig } from '../../config.ts';
import type { RejectLine } from '../reject-line.ts';
import { folderPlace } from './folder.ts';
import { LogRejects, toLog } from './log-rejects.ts';
import type { S3Config } from './object-storage-config.ts';
import { removeOld } from './put-away.ts';
import type { Rejects } from './rejects.ts';
import { WrittenRejects } from './written-rejects.ts';

type Choice =
  | { readonly to: 'bucket'; readonly config: S3Config }
  | { readonly to: 'folder'; readonly folder: string }
  | { readonly to: 'log' };

type Asked = Pick<DestinationConfig, 'rejects' | 'rejects_keep' | 'object_storage_config'>;

/**
 * Where rejects go. By default, to the folder `rejects`. In the image, which has AIRBYTE_ENTRYPOINT, a folder that nobody
 * has named lasts no longer than its container, so there the default is the log, and likewise where no folder can be made.
 */
async function chosen({ rejects, object_storage_config: storage }: Asked): Promise<Choice> {
  if (storage?.storage_type === 'S3') return { to: 'bucket', config: storage };
  if (rejects === toLog) return { to: 'log' };
  if (rejects !== undefined) return { to: 'folder', folder: rejects };
  const folder = 'rejects';
  const lasts = process.env.AIRBYTE_ENTRYPOINT === undefined && (await isWritable(folder));
  return lasts ? { to: 'folder', folder } : { to: 'log' };
}

const isWritable = (folder: string): Promise<boolean> =>
  requireWritableFolder('rejects', folder).then(
    () => true,
    () => false,
  );

/** @throws ConnectorError where rejects could not be kept. */
export async function checkRejects(config: Asked): Promise<void> {
  const choice = await chosen(config);
  if (choice.to === 'folder') await requireWritableFolder('rejects', choice.folder);
  if (choice.to === 'bucket') await (await import('./bucket.ts')).checkBucket(choice.config);
}

export interface RejectsOptions {
  readonly lineOf: RejectLine;
  /** The number of the job, where the platform gives one. */
  readonly job: number | undefined;
  readonly put: (message: AirbyteMessage) => void;
}

/** @throws ConnectorError for a folder that cannot be written to. */
export async function openRejects(config: Asked, { lineOf, job, put }: RejectsOptions): Promise<Rejects> {
  const choice = await chosen(config);
  if (choice.to === 'log') return new LogRejects(lineOf, put);
  if (choice.to === 'bucket')
    return new WrittenRejects((await import('./bucket.ts')).bucketPlace(choice.config, job), lineOf);
  await requireWritableFolder('rejects', choice.folder);
  const removed =
    config.rejects_keep === undefined ? 0 : await removeOld(choice.folder, parseInt(config.rejects_keep, 10));
  if (removed > 0)
    put(
      log(
        'INFO',
        `${removed} files of rejects are older than ${config.rejects_keep} (rejects_keep) and were removed.`,
      ),
    );
  return new WrittenRejects(folderPlace(choice.folder), lineOf);
}
