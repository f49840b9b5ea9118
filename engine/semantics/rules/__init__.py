"""Rules, with what is said of them elsewhere: permissions, waivers and profiles."""
