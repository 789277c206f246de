// What a precompiled header hangs on.
int main() {}
