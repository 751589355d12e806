/** Reads from the sources who imports whom. */
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { filesIn, root } from './workspace.mjs';

/**
 * @typedef {object} Import
 * @property {string} to path of one of our files from the root, or the name of a package
 * @property {boolean} typesOnly nothing of it is left at run time
 *
 * @typedef {object} Source
 * @property {string} path from the root
 * @property {number} lines
 * @property {Import[]} imports
 * @property {string[]} mutable names of module-level variables that can change
 */

const allAreTypes = (elements) => elements.length > 0 && elements.every(({ isTypeOnly }) => isTypeOnly);

function isTypesOnly(statement) {
  if (ts.isExportDeclaration(statement)) {
    const { isTypeOnly, exportClause } = statement;
    return (
      isTypeOnly ||
      Boolean(exportClause && ts.isNamedExports(exportClause) && allAreTypes(exportClause.elements))
    );
  }
  const clause = statement.importClause;
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const named = clause.namedBindings;
  return !clause.name && Boolean(named && ts.isNamedImports(named) && allAreTypes(named.elements));
}

function resolve(from, specifier) {
  if (!specifier.startsWith('.')) return specifier;
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
}

const COLLECTIONS = /^(?:Map|Set|WeakMap|WeakSet|Array)$/;

/** A collection counts as fixed where its type says that nobody adds to it. */
function isMutable({ initializer, type }, file) {
  if (!initializer || !ts.isNewExpression(initializer)) return false;
  return (
    COLLECTIONS.test(initializer.expression.getText(file)) && !/^Readonly/i.test(type?.getText(file) ?? '')
  );
}

function* mutableNames(statement, file) {
  if (!ts.isVariableStatement(statement)) return;
  const isConstant = statement.declarationList.flags & ts.NodeFlags.Const;
  const isAmbient = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword);
  if (isAmbient) return;
  for (const declaration of statement.declarationList.declarations) {
    if (!isConstant || isMutable(declaration, file)) yield declaration.name.getText(file);
  }
}

/** @returns {Source} */
function readSource(path) {
  const text = readFileSync(join(root, path), 'utf8');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022);
  const imports = [];
  const mutable = [];
  for (const statement of file.statements) {
    const isImport = ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement);
    if (isImport && statement.moduleSpecifier) {
      imports.push({ to: resolve(path, statement.moduleSpecifier.text), typesOnly: isTypesOnly(statement) });
    }
    mutable.push(...mutableNames(statement, file));
  }
  const visit = (node) => {
    const isDynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
    const [specifier] = isDynamic ? node.arguments : [];
    if (specifier && ts.isStringLiteral(specifier)) {
      imports.push({ to: resolve(path, specifier.text), typesOnly: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { path, lines: text.split('\n').length, imports, mutable };
}

/**
 * @param {string[]} dirs
 * @returns {Source[]}
 */
export const readSources = (...dirs) => dirs.flatMap((dir) => filesIn(dir, '.ts').map(readSource));
