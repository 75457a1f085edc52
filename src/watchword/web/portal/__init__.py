"""The login portal: pages for people in a browser."""
