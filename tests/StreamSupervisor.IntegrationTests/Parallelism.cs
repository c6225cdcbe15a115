// Most of the time these tests wait, for programs that start and for servers that answer: one more at once than this machine has cores.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
