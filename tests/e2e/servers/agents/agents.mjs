// The same agent, which multiplies, behind the official servers' side of three protocols: AG-UI, A2A (1.0, and
// 0.3 by its compatibility layer) and the Vercel AI SDK's UI stream. Usage: node agents.mjs PORT
import {AgentEvent, DefaultRequestHandler, InMemoryTaskStore} from '@a2a-js/sdk/server';
import {UserBuilder, agentCardHandler, jsonRpcHandler} from '@a2a-js/sdk/server/express';
import {EventType} from '@ag-ui/core';
import {EventEncoder} from '@ag-ui/encoder';
import {createUIMessageStream, pipeUIMessageStreamToResponse} from 'ai';
import {randomUUID} from 'crypto';
import express from 'express';

const port = Number(process.argv[2]);
const app = express();

const answer = question => {
  const numbers = /product of (\d+) and (\d+)/.exec(question);
  return numbers ? String(numbers[1] * numbers[2]) : 'I did not understand';
};
const pause = () => new Promise(done => setTimeout(done, 20));

app.post('/ag-ui{/:fault}', express.json(), async (request, response) => {
  const encoder = new EventEncoder({accept: request.headers.accept});
  response.setHeader('Content-Type', encoder.getContentType());
  const {threadId, runId} = request.body, messageId = randomUUID(), fault = request.params.fault;
  const say = async event => {
    response.write(encoder.encodeSSE(event));
    await pause();
  };
  await say({type: EventType.RUN_STARTED, threadId, runId});
  await say({type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant'});
  for (const delta of ['It is ', answer(request.body.messages[0].content)])
    await say({type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta});
  await say({type: EventType.TEXT_MESSAGE_END, messageId});
  if (fault === 'error') await say({type: EventType.RUN_ERROR, message: 'no model', code: 'E7'});
  if (!fault) await say({type: EventType.RUN_FINISHED, threadId, runId});
  response.end();
});

app.post('/vercel', express.json(), (request, response) => {
  const execute = async ({writer}) => {
    writer.write({type: 'start'});
    writer.write({type: 'text-start', id: 't'});
    for (const delta of ['It is ', answer(request.body.messages[0].parts[0].text)]) {
      writer.write({type: 'text-delta', id: 't', delta});
      await pause();
    }
    writer.write({type: 'text-end', id: 't'});
    writer.write({type: 'finish'});
  };
  pipeUIMessageStreamToResponse({response, stream: createUIMessageStream({execute})});
});

const state = {submitted: 1, working: 2, completed: 3};
class Multiplies {
  async execute({taskId, contextId, userMessage}, bus) {
    const ids = {taskId, contextId};
    const status = name => ({state: state[name], message: undefined, timestamp: new Date().toISOString()});
    const question = userMessage.parts.map(part => part.content?.value ?? '').join('');
    const part = {content: {$case: 'text', value: 'It is ' + answer(question)}, mediaType: 'text/plain', filename: '', metadata: {}};
    const artifact = {artifactId: 'a', name: 'n', description: '', parts: [part], metadata: {}, extensions: []};
    bus.publish(AgentEvent.task({id: taskId, contextId, status: status('submitted'), artifacts: [], history: [userMessage], metadata: {}}));
    await pause();
    bus.publish(AgentEvent.statusUpdate({...ids, status: status('working'), metadata: {}}));
    await pause();
    bus.publish(AgentEvent.artifactUpdate({...ids, artifact, append: false, lastChunk: true, metadata: {}}));
    bus.publish(AgentEvent.statusUpdate({...ids, status: status('completed'), metadata: {}}));
    bus.finished();
  }
  async cancelTask() {}
}
const spoken = protocolVersion => ({url: `http://127.0.0.1:${port}/a2a`, protocolBinding: 'JSONRPC', protocolVersion, tenant: ''});
const card = versions => ({
  name: 'multiplies', description: 'multiplies', version: '1', supportedInterfaces: versions.map(spoken),
  capabilities: {streaming: true, pushNotifications: false, extensions: []}, defaultInputModes: ['text/plain'],
  defaultOutputModes: ['text/plain'], skills: [], securitySchemes: {}, securityRequirements: [], signatures: [], provider: undefined,
});
for (const [path, versions] of [['/a2a', ['1.0', '0.3']], ['/a2a-new', ['1.0']]]) {
  const requestHandler = new DefaultRequestHandler(card(versions), new InMemoryTaskStore(), new Multiplies());
  if (path === '/a2a') app.use('/.well-known/agent-card.json', agentCardHandler({agentCardProvider: requestHandler}));
  app.use(path, jsonRpcHandler({requestHandler, userBuilder: UserBuilder.noAuthentication, legacyCompat: {enabled: true}}));
}

app.listen(port, '127.0.0.1');
