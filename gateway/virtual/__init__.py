"""A Bluetooth stack without a radio: a real host, controller and link in this process, and pods that run."""
