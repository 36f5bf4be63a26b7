import { messageOf } from './connector-error.ts';

const words: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the quota of this user is used up',
  EFBIG: 'the file is larger than this process may write',
  EROFS: 'the disk is mounted read-only',
  EACCES: 'this user has no permission to do that',
  EPERM: 'this user has no permission to do that',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
  EEXIST: 'there is a file in place of the folder',
  EMFILE: 'this process has too many files open',
  ENFILE: 'the machine has too many files open',
  EIO: 'the disk reports an error',
  ENAMETOOLONG: 'the path is too long',
  ELOOP: 'its symbolic links form a loop',
  EBUSY: 'it is a mount itself, which cannot be replaced: mount its folder instead of the file',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GB',
};

export function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** Why a file or stream could not be written, in words for a person, with the system's code to search for. */
export function fileFault(error: unknown): string {
  const code = codeOf(error);
  const known = code === undefined ? undefined : words[code];
  return known === undefined ? messageOf(error) : `${known} (${code})`;
}
