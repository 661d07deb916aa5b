/** A small server for the built page: its process takes a twentieth of what building takes. */
import { createServer } from 'node:http';

/** An embedded view (`?embed=`) only shows a run, so other pages may frame it. */
const framed = (value) => value.replace(/;? *frame-ancestors 'none'/, '');

/** Ports that are tried after the one that is asked for, where that is taken. */
const otherPorts = 20;

/**
 * Serves a folder; on the next free port where `port` is taken.
 * @param host whether other machines may connect.
 * @throws Error that says what to do where no port can be used.
 */
export async function serve(folder, headers, port, host) {
  // Only now: it is one of the packages that may just have been installed.
  const { default: sirv } = await import('sirv');
  const files = sirv(folder, {
    etag: true,
    setHeaders: (response) => {
      const embedded = new URL(response.req.url, 'http://localhost').searchParams.has('embed');
      for (const [name, value] of Object.entries(headers))
        response.setHeader(name, embedded ? framed(value) : value);
    },
  });
  for (let tried = port; ; tried++) {
    const server = createServer((request, response) =>
      files(request, response, () => {
        response.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such file.');
      }),
    );
    try {
      await new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(tried, host ? '0.0.0.0' : 'localhost', resolve);
      });
      return server;
    } catch (error) {
      if (error.code !== 'EADDRINUSE' || tried === port + otherPorts || tried === 65535)
        throw new Error(
          `Port ${tried} cannot be used (${error.code}): choose another with --port.`,
          { cause: error },
        );
    }
  }
}
