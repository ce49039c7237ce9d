/** Text of a template that stands as it is, in one piece. */
import type { SyntaxNode } from './syntax.ts';

/** A comment within a line parts its text in two, and might part a `${` or `/*`: both are read as one. */
export function joined(nodes: readonly SyntaxNode[]): readonly SyntaxNode[] {
  const result: SyntaxNode[] = [];
  for (const node of nodes) {
    const [before, text] = [literalText(result.at(-1)), literalText(node)];
    if (before === null || text === null || before.endsWith('\n')) result.push(node);
    else result.push(literalNode(result.pop()!, before + text));
  }
  return result;
}

function literalText(node: SyntaxNode | undefined): string | null {
  const children = node?.typename === 'Output' ? (node['children'] as readonly SyntaxNode[]) : [];
  const [child] = children;
  return children.length === 1 && child?.typename === 'TemplateData' ? (child['value'] as string) : null;
}

function literalNode({ lineno, colno }: SyntaxNode, value: string): SyntaxNode {
  return { typename: 'Output', lineno, colno, children: [{ typename: 'TemplateData', lineno, colno, value }] };
}
