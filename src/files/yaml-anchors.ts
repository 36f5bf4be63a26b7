import { type Alias, type Document, isNode, type Node, visit } from 'yaml';

/**
 * What each alias of a document stands for: the last node before it that has its anchor. One walk for all of them; the
 * library's own `resolve` walks the whole document for each.
 */
export function aliasTargets(document: Document): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Alias(_key, alias) {
      const target = anchors.get(alias.source);
      if (target !== undefined) targets.set(alias, target);
    },
    Value(_key, node) {
      if (isNode(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}
