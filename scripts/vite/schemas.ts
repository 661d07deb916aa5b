/** Publishes the JSON Schemas of the lab's files with the page: made of the engine's schemas at every build. */
import type { Plugin } from 'vite';
import { architectureJsonSchema } from '../architecture-schema.ts';
import { eventJsonSchema } from '../event-schema.ts';

const schemas: Readonly<Record<string, () => string>> = {
  'architecture.schema.json': architectureJsonSchema,
  'events.schema.json': eventJsonSchema,
};

export function publishedSchemas(): Plugin {
  return {
    name: 'published-schemas',
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const schema = schemas[request.url?.replace(/\?.*$/, '').slice(1) ?? ''];
        if (!schema) return next();
        response.setHeader('Content-Type', 'application/json');
        response.end(schema());
      });
    },
    generateBundle() {
      for (const [fileName, schema] of Object.entries(schemas))
        this.emitFile({ type: 'asset', fileName, source: schema() });
    },
  };
}
