"""What keeps a program that reads a stranger's file from everything else, without privileges: Landlock and seccomp."""
