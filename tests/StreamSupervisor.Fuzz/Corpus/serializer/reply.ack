reply.ack
{}
