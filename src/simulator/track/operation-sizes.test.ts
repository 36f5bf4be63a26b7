import { describe, expect, it } from 'vitest';
import { oversizedOperations } from './operation-sizes.ts';

/** Pads an operation with white space inside its braces, which counts on the wire. */
const padded = (text: string, bytes: number) =>
  text.replace('}', `${' '.repeat(bytes - Buffer.byteLength(text))}}`);
const sizesOf = (body: string) => [...oversizedOperations(Buffer.from(body), 100)];

describe('oversizedOperations', () => {
  it('counts the bytes as they were sent', () => {
    const operations = [padded('{"a":"é"}', 100), padded('{"a":"é"}', 101), '{}', padded('{"b":1}', 101)];
    expect(sizesOf(`{ "batch" : [ ${operations.join(' , ')} ] }`)).toEqual([1, 3]);
  });

  it('counts what is no operation, and is not misled by brackets, commas and quotes in strings', () => {
    const tricky = ['null', '"a,[{"', String.raw`{"a":"}]\",{[\\"}`, '[1,{"b":2}]', '3'];
    expect(sizesOf(`{"batch":[${tricky.join(',')},${padded('{"c":1}', 101)}]}`)).toEqual([5]);
  });

  it('looks at the list, not at what stands before it', () => {
    expect(sizesOf(`{"note":{"x":1,"y":[1,2]},"more":[1,2],"batch":[1,${padded('{"c":1}', 101)}]}`)).toEqual([
      1,
    ]);
  });
});
