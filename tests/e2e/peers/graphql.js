// A chat back end on graphql-ws. Started with a port.
const { buildSchema } = require('graphql');
const { useServer } = require('graphql-ws/use/ws');
const { WebSocketServer } = require('ws');

const product = (text) => text.match(/\d+/g).map(Number).reduce((a, b) => a * b);
const schema = buildSchema('type Query { up: Boolean } type Subscription { ask(question: String!): String }');
schema.getSubscriptionType().getFields().ask.subscribe = async function* (_, { question }) {
  if (question.includes('mute')) return;
  for (const piece of `It is ${product(question)}.`.match(/.{1,4}/g)) yield { ask: piece };
};
useServer(
  { schema, onConnect: ({ connectionParams }) => Boolean(connectionParams?.Authorization), onDisconnect: (_, code) => console.log('closed', code) },
  new WebSocketServer({ host: '127.0.0.1', port: Number(process.argv[2]), path: '/graphql' }),
);
