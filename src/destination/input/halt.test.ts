import { describe, expect, it } from 'vitest';
import { configError } from '../../errors/connector-error.ts';
import { Halt } from './halt.ts';

describe('a run', () => {
  it('goes on while nobody ends it', () => {
    const halt = new Halt(new AbortController().signal);
    expect([halt.isOver, halt.signal.aborted]).toEqual([false, false]);
    halt.throwIfStopped();
  });

  it('that its caller ends has no failure', () => {
    const caller = new AbortController();
    const halt = new Halt(caller.signal);
    caller.abort();
    expect([halt.isOver, halt.signal.aborted]).toEqual([true, true]);
    halt.throwIfStopped();
  });

  it('that was ended before it began is over', () => {
    expect(new Halt(AbortSignal.abort()).isOver).toBe(true);
  });

  it('that stops for a reason fails with the first one', () => {
    const halt = new Halt(new AbortController().signal);
    halt.stop(configError('the first'));
    halt.stop(configError('the second'));
    expect([halt.isOver, halt.signal.aborted]).toEqual([true, true]);
    expect(() => halt.throwIfStopped()).toThrow('the first');
  });

  it('that stops for a reason fails, though its caller ends it too', () => {
    const caller = new AbortController();
    const halt = new Halt(caller.signal);
    halt.stop(configError('the reason'));
    caller.abort();
    expect(() => halt.throwIfStopped()).toThrow('the reason');
  });
});
