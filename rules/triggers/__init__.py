"""One module for each trigger of hamstring pain in runners: speed, fatigue, incline."""
